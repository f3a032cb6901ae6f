/* Runs whole processes and takes the operating system's own account of each.
 *
 *   measure FIRST rounds N COMMAND... [:: COMMAND...]...   one of each in a round
 *   measure FIRST parallel N ROUNDS COMMAND... [:: ...]    N copies at once, until the last has ended
 *   measure FIRST alive N COMMAND...                       N that stay: one after another, each until
 *                                                       it prints a byte; then all get SIGTERM
 *
 * In an argument {n} stands for a number that no two processes share, counted from FIRST, and
 * {ip} for an address of 10.89.0.0/16 likewise. Small and static on purpose: the peak memory that wait4(2) reports of a
 * program is at least that of the one which started it.
 *
 * Prints a line per process, or per round of "parallel":
 *   COMMAND-NUMBER WALL-NS USER-US SYSTEM-US PEAK-KB STATUS
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX = 40, ALIVE = 6000 };

static char **command[MAX];
static int commands, serial;
extern char **environ;

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long micros(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

static char *fill(const char *from, int number) {
    static const char *marks[] = { "{n}", "{ip}" };
    char value[2][32], *to = malloc(strlen(from) + 64), *at = to;
    snprintf(value[0], sizeof value[0], "%d", number);
    snprintf(value[1], sizeof value[1], "10.89.%d.%d", 1 + number / 250, 2 + number % 250);
    while (*from) {
        int mark = !strncmp(from, marks[0], 3) ? 0 : !strncmp(from, marks[1], 4) ? 1 : -1;
        if (mark < 0) { *at++ = *from++; continue; }
        at = stpcpy(at, value[mark]);
        from += strlen(marks[mark]);
    }
    *at = 0;
    return to;
}

/* Starts one; its standard output is OUTPUT, or nothing. */
static pid_t start(int which, int output) {
    char *argv[256];
    int count = 0, number = serial++;
    for (; command[which][count]; count++) argv[count] = fill(command[which][count], number);
    argv[count] = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(output < 0 ? null : output, 1);
        dup2(null, 2);
        close(null);
        if (output > 2) close(output);
        execvpe(argv[0], argv, environ);
        _exit(127);
    }
    if (pid < 0) { perror("vfork"); exit(1); }
    while (count) free(argv[--count]);
    return pid;
}

static void line(int which, long long wall, struct rusage *usage, int status) {
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    printf("%d %lld %lld %lld %ld %d\n", which, wall, micros(usage->ru_utime), micros(usage->ru_stime),
           usage->ru_maxrss, code);
}

/* In every round another order, and a pause after each: the kernel takes a namespace down after its
 * last process has ended, and that must not be charged to whoever happens to come next. */
static void rounds(int count) {
    int order[MAX];
    for (int i = 0; i < commands; i++) order[i] = i;
    srand(1);
    for (int round = 0; round < count + 1; round++) {
        for (int i = commands - 1; i > 0; i--) {
            int other = rand() % (i + 1), kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        for (int i = 0; i < commands; i++) {
            struct rusage usage;
            int status;
            long long began = now();
            pid_t pid = start(order[i], -1);
            if (wait4(pid, &status, 0, &usage) < 0) exit(1);
            long long wall = now() - began;
            if (round) line(order[i], wall, &usage, status); /* the first warms up */
            usleep(15000);
        }
    }
}

static void parallel(int copies, int count) {
    for (int round = 0; round < count; round++)
        for (int which = 0; which < commands; which++) {
            struct rusage usage, sum = { 0 };
            int status, failed = 0;
            long long began = now();
            for (int i = 0; i < copies; i++) start(which, -1);
            for (int i = 0; i < copies; i++) {
                if (wait4(-1, &status, 0, &usage) < 0) exit(1);
                failed += status != 0;
                timeradd(&sum.ru_utime, &usage.ru_utime, &sum.ru_utime);
                timeradd(&sum.ru_stime, &usage.ru_stime, &sum.ru_stime);
                if (usage.ru_maxrss > sum.ru_maxrss) sum.ru_maxrss = usage.ru_maxrss;
            }
            line(which, now() - began, &sum, W_EXITCODE(failed > 255 ? 255 : failed, 0));
        }
}

static void alive(int count) {
    static pid_t pids[ALIVE];
    static int ready[ALIVE];
    if (count > ALIVE) exit(2);
    for (int i = 0; i < count; i++) {
        int pair[2];
        char byte;
        long long began = now();
        if (pipe2(pair, O_CLOEXEC)) { perror("pipe"); exit(1); }
        pids[i] = start(0, pair[1]);
        close(pair[1]);
        int got = read(pair[0], &byte, 1);
        long long wall = now() - began;
        ready[i] = pair[0];
        printf("0 %lld 0 0 0 %d\n", wall, got == 1 ? 0 : 1);
    }
    printf("ready\n"); /* whoever reads this looks at what is alive, then writes a line */
    fflush(stdout);
    getchar();
    long long began = now();
    for (int i = 0; i < count; i++) kill(pids[i], SIGTERM);
    struct rusage usage = { 0 };
    for (int i = 0; i < count; i++) wait4(pids[i], 0, 0, &usage);
    line(1, now() - began, &usage, 0);
    for (int i = 0; i < count; i++) close(ready[i]);
}

int main(int argc, char **argv) {
    const char *how = argc > 2 ? argv[2] : "";
    int first = strcmp(how, "parallel") ? 4 : 5;
    if (argc <= first) return 2;
    serial = atoi(argv[1]);
    command[commands++] = argv + first;
    for (int i = first; i < argc; i++)
        if (!strcmp(argv[i], "::")) {
            argv[i] = 0;
            if (commands == MAX) return 2;
            command[commands++] = argv + i + 1;
        }
    struct rlimit files = { 16384, 16384 };
    setrlimit(RLIMIT_NOFILE, &files);
    if (!strcmp(how, "rounds")) rounds(atoi(argv[3]));
    else if (!strcmp(how, "parallel")) parallel(atoi(argv[3]), atoi(argv[4]));
    else if (!strcmp(how, "alive")) alive(atoi(argv[3]));
    else return 2;
    return 0;
}
