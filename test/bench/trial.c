/*
 * One trial: learn the pid of the server behind a port, kill it, and print how many microseconds
 * passed until another process answers on that port. Ends with 1 when none does in time.
 *
 *   trial PORT DEADLINE_MS
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The pid that answers, or 0 when nothing does. */
static int ask(const struct sockaddr_in *address) {
  char text[32] = {0};
  struct timeval patience = {.tv_sec = 1};
  int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  int pid = 0;
  if (connect(handle, (const struct sockaddr *)address, sizeof *address) == 0 &&
      read(handle, text, sizeof text - 1) > 0)
    pid = atoi(text);
  close(handle);
  return pid;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((unsigned short)atoi(argv[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  double deadline_us = atof(argv[2]) * 1e3;
  /* Sleep a little between questions: a busy loop would take a processor from the supervisor. */
  struct timespec pause = {.tv_nsec = 20000};
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  int before = ask(&address);
  if (before <= 1) return 1;
  double start = now_us();
  if (kill(before, SIGKILL) != 0) return 1;
  while (now_us() - start < deadline_us) {
    int pid = ask(&address);
    if (pid > 1 && pid != before) {
      printf("%.1f\n", now_us() - start);
      return 0;
    }
    nanosleep(&pause, NULL);
  }
  return 1;
}
