/* serve PORT: accepts connections, for ever. rate ADDRESS PORT COUNT: connects COUNT times, one
 * after the other, and prints how many microseconds one took: the tenth part was as quick or quicker,
 * since on a machine that others use too the rest waited for them. Each is a new connection for the
 * kernel: nothing it remembers of the one before helps. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static int serve(int port)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
	int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(s, (struct sockaddr *)&own, sizeof own) || listen(s, 4096))
		fail("listen");
	for (;;)
		close(accept(s, NULL, NULL));
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(atoi(argv[2]));
	if (argc != 5)
		return 2;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[3]))};
	struct linger now = {.l_onoff = 1};
	struct timespec begin, end;
	int count = atoi(argv[4]);
	inet_pton(AF_INET, argv[2], &to.sin_addr);
	double *took = calloc(count, sizeof *took);
	for (int n = 0; n < count; n++) {
		clock_gettime(CLOCK_MONOTONIC, &begin);
		int s = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		if (connect(s, (struct sockaddr *)&to, sizeof to))
			fail("connect");
		close(s);
		clock_gettime(CLOCK_MONOTONIC, &end);
		took[n] = (end.tv_sec - begin.tv_sec) * 1e6 + (end.tv_nsec - begin.tv_nsec) / 1e3;
	}
	qsort(took, count, sizeof *took, by_size);
	printf("%.3f\n", took[count / 10]);
	return 0;
}
