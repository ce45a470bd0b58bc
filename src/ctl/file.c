/* SPDX-License-Identifier: MIT */
#include "ctl/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

const char *ctl_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int ctl_file_read(struct buf *out, const char *path, struct diag *reterr)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char part[8192];
	size_t n;
	int r = 0;

	if (!file)
		return diag_set(reterr, -errno, "%s: %s", path, strerror(errno));
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(out, part, n);
	if (ferror(file))
		r = diag_set(reterr, -EIO, "%s: %s", path, strerror(errno));
	if (file != stdin)
		fclose(file);
	return r;
}
