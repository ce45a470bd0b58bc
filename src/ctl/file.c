/* SPDX-License-Identifier: MIT */
#include "ctl/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

/* Far more than a daemon takes (max_import); what has no end has it here. */
enum { FILE_MAX = 240 << 20 };

const char *ctl_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int refuse_large(const char *path, struct diag *reterr)
{
	return diag_set(reterr, -EFBIG, "%s: has more than %d MiB; divide it", path,
			FILE_MAX >> 20);
}

static int part_add(struct buf *out, const char *path, const char *part, size_t len,
		    struct diag *reterr)
{
	if (out->len + len > FILE_MAX)
		return refuse_large(path, reterr);
	buf_add(out, part, len);
	return 0;
}

int ctl_file_read(struct buf *out, const char *path, struct diag *reterr)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	struct stat status;
	char part[8192];
	size_t n;
	int r = 0;

	if (!file)
		return diag_set(reterr, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size > FILE_MAX)
		r = refuse_large(path, reterr);
	while (r == 0 && (n = fread(part, 1, sizeof(part), file)) > 0)
		r = part_add(out, path, part, n, reterr);
	if (r == 0 && ferror(file))
		r = diag_set(reterr, -EIO, "%s: %s", path, strerror(errno));
	if (file != stdin)
		fclose(file);
	return r;
}
