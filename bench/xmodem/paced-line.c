/*
 * A serial line at 115200 8N1 on a pty, and an XMODEM receiver at its far end: whoever opens the pty's other side sends
 * as over a UART. Every byte takes ten bits of the line in both directions, one after the other.
 *
 *   paced-line baud check ack-delay-us     check: sum | crc
 *
 * Prints the name of the pty, then receives one file and prints what it measured as JSON. What it calls idle is the
 * sender's own: from the moment the answer lies in the pty to the moment the first byte of the next packet does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { SOH = 1, STX = 2, EOT = 4, ACK = 6, NAK = 0x15 };
enum { MOST_PACKETS = 65536, QUEUE = 1 << 16 };
static const int64_t SECOND = 1000000000;
/* The last stretch before an appointment is spun, because sleeping is not that exact. */
static const int64_t SPIN = 150000;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

static void until(int64_t at) {
  int64_t rest = at - now() - SPIN;
  if (rest > 0) {
    struct timespec t = {rest / SECOND, rest % SECOND};
    nanosleep(&t, NULL);
  }
  while (now() < at) {
  }
}

static uint16_t crc16(const uint8_t *data, int length) {
  uint16_t crc = 0;
  for (int i = 0; i < length; i++) {
    crc ^= (uint16_t)(data[i] << 8);
    for (int bit = 0; bit < 8; bit++) crc = (uint16_t)(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
  }
  return crc;
}

static int master;
static int64_t byte_ns;
/* When the byte that was read last has passed the line. */
static int64_t line_free;
static uint8_t queue[QUEUE];
static int queue_length, queue_at;
static int64_t idle_from, first_seen;
static int64_t idle[MOST_PACKETS];
static int idles;

/* Reads what lies in the pty; false after a silence. */
static int fill(int64_t timeout) {
  struct pollfd p = {master, POLLIN, 0};
  struct timespec t = {timeout / SECOND, timeout % SECOND};
  if (ppoll(&p, 1, &t, NULL) <= 0) return 0;
  ssize_t got = read(master, queue, sizeof queue);
  int64_t at = now();
  if (got <= 0) {
    /* Nobody has opened the other side yet, or nobody has any more. */
    struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
    return 0;
  }
  queue_length = (int)got;
  queue_at = 0;
  if (line_free < at) line_free = at;
  if (idle_from != 0) {
    if (idles < MOST_PACKETS) idle[idles++] = at - idle_from;
    idle_from = 0;
  }
  first_seen = at;
  return 1;
}

/* The next byte, when it has passed the line. */
static int next(int64_t timeout) {
  if (queue_at == queue_length && !fill(timeout)) return -1;
  line_free += byte_ns;
  return queue[queue_at++];
}

static void answer(uint8_t byte, int64_t delay) {
  until(line_free + delay + byte_ns);
  if (write(master, &byte, 1) != 1) exit(2);
  idle_from = byte == ACK ? now() : 0;
  line_free = now();
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  if (argc != 4) return 1;
  byte_ns = 10 * SECOND / atoi(argv[1]);
  int crc = strcmp(argv[2], "crc") == 0;
  int64_t delay = atoll(argv[3]) * 1000;

  master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) || unlockpt(master)) return 2;
  struct termios raw;
  tcgetattr(master, &raw);
  cfmakeraw(&raw);
  tcsetattr(master, TCSANOW, &raw);
  /* Kept open, so that a sender who has not come yet looks like silence. */
  int other = open(ptsname(master), O_RDWR | O_NOCTTY);
  printf("%s\n", ptsname(master));
  fflush(stdout);

  uint8_t packet[1029];
  int packets = 0, refused = 0;
  uint8_t expected = 1;
  int64_t bytes = 0, began = 0, ended = 0, deadline = now() + 30 * SECOND;
  for (;;) {
    if (packets == 0 && queue_at == queue_length) {
      uint8_t question = crc ? 'C' : NAK;
      if (write(master, &question, 1) != 1) return 2;
      if (now() > deadline) return 3;
      if (!fill(SECOND)) continue;
      if (queue[0] != SOH && queue[0] != STX) {
        queue_at = queue_length;
        continue;
      }
      began = first_seen;
      line_free = began;
    }
    int first = next(10 * SECOND);
    if (first < 0) return 3;
    if (first == EOT) {
      idle_from = 0;
      answer(ACK, delay);
      break;
    }
    if (first != SOH && first != STX) continue;
    int size = first == STX ? 1024 : 128, length = 3 + size + (crc ? 2 : 1), at = 1;
    packet[0] = (uint8_t)first;
    while (at < length) {
      int byte = next(SECOND);
      if (byte < 0) return 4;
      packet[at++] = (uint8_t)byte;
    }
    uint8_t sum = 0;
    for (int i = 3; i < 3 + size; i++) sum = (uint8_t)(sum + packet[i]);
    uint16_t check = crc16(packet + 3, size);
    int good = packet[1] == expected && packet[1] + packet[2] == 255 &&
               (crc ? packet[length - 2] == check >> 8 && packet[length - 1] == (check & 255)
                    : packet[length - 1] == sum);
    if (!good) {
      refused++;
      answer(NAK, delay);
      continue;
    }
    answer(ACK, delay);
    ended = idle_from;
    packets++;
    expected++;
    bytes += size;
  }
  /* What stands behind the last packet is the way to EOT. */
  if (idles > 0) idles--;
  qsort(idle, (size_t)idles, sizeof idle[0], by_size);
  printf("{\"packets\":%d,\"bytes\":%lld,\"refused\":%d,\"dataMs\":%.3f,\"idleMedianMs\":%.4f,\"idleP95Ms\":%.4f,"
         "\"idleMostMs\":%.4f}\n",
         packets, (long long)bytes, refused, (double)(ended - began) / 1e6,
         idles ? (double)idle[idles / 2] / 1e6 : 0.0, idles ? (double)idle[idles * 95 / 100] / 1e6 : 0.0,
         idles ? (double)idle[idles - 1] / 1e6 : 0.0);
  fflush(stdout);
  /* The last answer shall be read before the pty is gone. */
  struct timespec rest = {0, 300000000};
  nanosleep(&rest, NULL);
  close(other);
  return 0;
}
