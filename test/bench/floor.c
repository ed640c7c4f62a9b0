/*
 * The least a supervisor can do: start the program, sleep on its pidfd, start it again. What any
 * product needs more than this is its price.
 *
 *   floor PROGRAM ARGUMENT…
 */
#define _GNU_SOURCE
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  for (;;) {
    pid_t child;
    if (posix_spawn(&child, argv[1], NULL, NULL, argv + 1, environ) != 0) return 1;
    int handle = (int)syscall(SYS_pidfd_open, child, 0);
    if (handle < 0) return 1;
    struct pollfd wait_for = {.fd = handle, .events = POLLIN};
    while (poll(&wait_for, 1, -1) < 1) continue;
    waitpid(child, NULL, 0);
    close(handle);
  }
}
