/* SPDX-License-Identifier: MIT */
#include "ctl/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

/* Far more than a daemon takes (max_import); what has no end has it here. */
enum { FILE_MAX = 240 << 20, TEXT_MAX = 16 << 20 };

const char *ctl_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int refuse_large(const char *path, size_t max, struct diag *reterr)
{
	return diag_set(reterr, -EFBIG, "%s: has more than %zu MiB%s", path, max >> 20,
			max == FILE_MAX ? "; divide it" : "");
}

static int part_add(struct buf *out, const char *path, size_t max, const char *part, size_t len,
		    struct diag *reterr)
{
	if (out->len + len > max)
		return refuse_large(path, max, reterr);
	buf_add(out, part, len);
	return 0;
}

static int file_read(struct buf *out, const char *path, size_t max, struct diag *reterr)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	struct stat status;
	char part[8192];
	size_t n;
	int r = 0;

	if (!file)
		return diag_set(reterr, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
	    (size_t)status.st_size > max)
		r = refuse_large(path, max, reterr);
	while (r == 0 && (n = fread(part, 1, sizeof(part), file)) > 0)
		r = part_add(out, path, max, part, n, reterr);
	if (r == 0 && ferror(file))
		r = diag_set(reterr, -EIO, "%s: %s", path, strerror(errno));
	if (file != stdin)
		fclose(file);
	return r;
}

int ctl_file_read(struct buf *out, const char *path, struct diag *reterr)
{
	return file_read(out, path, FILE_MAX, reterr);
}

int ctl_file_read_text(struct buf *out, const char *path, struct diag *reterr)
{
	return file_read(out, path, TEXT_MAX, reterr);
}
