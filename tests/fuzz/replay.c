/* SPDX-License-Identifier: MIT */
/* Gives a fuzz target the files of directories once each: what was found stays found. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *directory, const char *name)
{
	char path[4096];
	uint8_t *data = NULL;
	size_t size = 0;
	size_t room = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	in = fopen(path, "re");
	if (!in) {
		perror(path);
		exit(1);
	}
	/* To the byte, so that a sanitizer sees who reads on behind the end. */
	for (int c; (c = getc(in)) != EOF; data[size++] = (uint8_t)c) {
		if (size == room) {
			room = room ? room * 2 : 4096;
			data = realloc(data, room);
		}
	}
	fclose(in);
	data = realloc(data, size ? size : 1);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++) {
		struct dirent **entries;
		int n = scandir(argv[i], &entries, NULL, alphasort);

		if (n < 0) {
			perror(argv[i]);
			return 1;
		}
		for (int k = 0; k < n; k++) {
			if (entries[k]->d_name[0] != '.') {
				replay(argv[i], entries[k]->d_name);
				count++;
			}
			free(entries[k]);
		}
		free(entries);
	}
	printf("%s: %u inputs replayed\n", argv[0], count);
	return count == 0;
}
