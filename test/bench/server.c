/*
 * The server that every supervisor of the benchmark guards: it answers each connection with its
 * pid and closes. It is small so that what is measured is the supervisor and not the server.
 *
 *   server PORT             stay in the foreground
 *   server PORT PIDFILE     go into the background and write the pid there, as monit wants it
 *   server sleep            serve nothing: one of the thousand resources of the large configuration
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int go_into_background(const char *pidfile) {
  if (fork() != 0) _exit(0);
  setsid();
  FILE *file = fopen(pidfile, "w");
  if (file == NULL) return -1;
  fprintf(file, "%d\n", (int)getpid());
  return fclose(file);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  if (strcmp(argv[1], "sleep") == 0)
    for (;;) pause();
  int on = 1;
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((unsigned short)atoi(argv[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (argc > 2 && go_into_background(argv[2]) != 0) return 1;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) return 1;
  if (listen(listener, 64) != 0) return 1;
  char answer[32];
  int length = snprintf(answer, sizeof answer, "%d\n", (int)getpid());
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) continue;
    if (write(connection, answer, (size_t)length) < 0) return 1;
    close(connection);
  }
}
