/* Says that it runs by one byte, and stays until SIGTERM. As the first process of a pid namespace it
 * gets no signal that it does not handle. */
#include <signal.h>
#include <unistd.h>

static void end(int signal) { (void)signal; _exit(0); }

int main(void) {
    signal(SIGTERM, end);
    if (write(1, "r", 1) != 1) return 1;
    for (;;) pause();
}
