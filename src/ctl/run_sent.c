/* SPDX-License-Identifier: MIT */
/*
 * A file that is here goes to the daemon in pieces, each a request of its own:
 * so neither end holds it in memory, and it may be larger than any body.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ctl/file.h"
#include "ctl/run.h"

enum { PIECE_BYTES = 256 * 1024 };

static const struct ctl_value *sent_value(const struct ctl_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->values[i].arg->type == CTL_SENT ||
		    line->values[i].arg->type == CTL_UPLOAD)
			return &line->values[i];
	return NULL;
}

static int send_pieces(void *mem, const struct ctl_run *run, const char *path, int fd)
{
	struct ctl_request request = {.method = "PUT",
				      .accept = "application/json",
				      .content_type = "application/octet-stream"};
	struct buf *target = buf_new(mem);
	char *piece = mem_alloc(mem, PIECE_BYTES);
	uint64_t offset = 0;
	ssize_t n;

	buf_printf(target, "%s/", run->request.path);
	ctl_encode(target, ctl_file_name(path));
	buf_adds(target, "/content");
	while ((n = read(fd, piece, PIECE_BYTES)) > 0) {
		CLEANUP(mem_freep) void *scratch = mem_root("piece");
		struct ctl_answer answer;
		int code;

		request.path =
			ctl_request_with(scratch, target->data, "offset",
					 mem_printf(scratch, "%llu", (unsigned long long)offset));
		request.body = piece;
		request.body_len = (size_t)n;
		code = ctl_run_send(scratch, run, &request, &answer);
		if (code != CTL_DONE)
			return code;
		offset += (uint64_t)n;
	}
	if (n < 0)
		return ctl_complain(CTL_USAGE, run->program, "%s: %s", path, strerror(errno));
	if (offset == 0)
		return ctl_complain(CTL_USAGE, run->program, "%s: the file is empty", path);
	return CTL_DONE;
}

/* The request says that the file has been sent. */
static void body_mark(void *mem, struct ctl_request *request)
{
	json_t *body = json_loadb(request->body, request->body_len, 0, NULL);
	char *text;

	json_object_set_new(body, "sent", json_true());
	text = json_dumps(body, JSON_COMPACT);
	request->body = mem_strdup(mem, text);
	request->body_len = strlen(text);
	free(text);
	json_decref(body);
}

int ctl_run_sent(void *mem, struct ctl_run *run)
{
	const struct ctl_value *value = sent_value(run->line);
	struct stat st;
	int fd, code;

	if (!value)
		return ctl_run_object(mem, run);
	/* What is not here is a name there, unless it can be none. */
	if (value->arg->type == CTL_SENT && stat(value->text, &st) < 0 && !strchr(value->text, '/'))
		return ctl_run_object(mem, run);
	/* A pipe without a writer would never be open. */
	fd = open(value->text, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		code = ctl_complain(CTL_USAGE, run->program, "%s: %s", value->text,
				    fd < 0 ? strerror(errno) : "not a regular file");
		if (fd >= 0)
			close(fd);
		return code;
	}
	code = send_pieces(mem, run, value->text, fd);
	close(fd);
	if (code != CTL_DONE)
		return code;
	body_mark(mem, &run->request);
	return ctl_run_object(mem, run);
}
