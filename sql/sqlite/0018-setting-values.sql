-- Which values a setting has, anywhere: without the index all settings of all devices are read.

CREATE INDEX setting_by_value ON setting (name, value, scope);
