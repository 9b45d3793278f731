/* Lines of ASCII, each ended by CR LF. An answer ends with `end <command> <crc>`: the CRC-32 of all its lines
 * before, CR LF included. */
#include "talk.h"

#include "crc32.h"

#define LINE_MOST 16u
#define OTP_LINE_BYTES 32u
#define OTP_LINE_HALFWORDS (OTP_LINE_BYTES / 2u)

static uint32_t answer_crc = CRC32_START;
static uint32_t line_crc = CRC32_START;
static char line[LINE_MOST];
static uint32_t line_length;

static void put(char character) {
  answer_crc = crc32_add(answer_crc, (uint8_t)character);
  line_crc = crc32_add(line_crc, (uint8_t)character);
  hal_put(character);
}

static void put_text(const char *text) {
  while (*text != '\0') put(*text++);
}

static void put_hex(uint32_t value, uint32_t digits) {
  while (digits-- > 0) put("0123456789ABCDEF"[value >> 4u * digits & 0xFu]);
}

static void put_decimal(uint32_t value) {
  if (value >= 10u) put_decimal(value / 10u);
  put((char)('0' + value % 10u));
}

static void put_count(const char *name, uint32_t count) {
  put_text(name);
  put_decimal(count);
}

static void end_line(void) { put_text("\r\n"); }

static void end_answer(const char *command) {
  const uint32_t crc = crc32_end(answer_crc);
  put_text("end ");
  put_text(command);
  put(' ');
  put_hex(crc, 8);
  end_line();
  answer_crc = CRC32_START;
}

static void begin_answer(void) { answer_crc = CRC32_START; }

static void uid_line(void) {
  uint8_t id[UID_BYTES];
  hal_unique_id(id);
  put_text("uid ");
  for (uint32_t at = 0; at < UID_BYTES; at++) put_hex(id[at], 2);
  end_line();
}

static void lock_line(void) {
  put_text("lock ");
  put_hex(hal_lock_word(), 8);
  end_line();
}

/* Values of the UDS are never said here; `dump` says all. */
static void put_cell(const char *name, uint32_t halfword, uint16_t value) {
  put_text(name);
  if (is_uds(halfword)) put_text("----");
  else put_hex(value, 4);
}

static void cell_line(const char *word, uint32_t halfword, struct cell found) {
  put_text(word);
  put_text(" at=");
  put_hex(2u * halfword, 4);
  put_cell(" found=", halfword, found.value);
  put_cell(" wanted=", halfword, region_value(halfword));
  put_text(" ecc=");
  put_decimal(found.ecc ? 1 : 0);
}

static const char *result_word(enum result result) {
  switch (result) {
    case RESULT_DONE: return "done";
    case RESULT_ALREADY: return "already";
    case RESULT_NO_KEYSTORE: return "no-keystore";
    case RESULT_REGION_DAMAGED: return "region-damaged";
    case RESULT_REFUSED_CONFLICT: return "refused-conflict";
    case RESULT_REFUSED_LOCKED: return "refused-locked";
    case RESULT_FAILED_RANDOM: return "failed-random";
    case RESULT_FAILED_PROGRAM: return "failed-program";
    case RESULT_FAILED_VERIFY: return "failed-verify";
    case RESULT_FAILED_LOCK: return "failed-lock";
  }
  return "unknown";
}

static const char *uds_word(enum uds_result uds) {
  switch (uds) {
    case UDS_NOT_ASKED: return "not-asked";
    case UDS_WRITTEN: return "written";
    case UDS_COMPLETED: return "completed";
    case UDS_KEPT: return "kept";
  }
  return "unknown";
}

static const char *region_word(enum region_state region) {
  switch (region) {
    case REGION_IS_EMPTY: return "empty";
    case REGION_IS_FILLED: return "filled";
    case REGION_IS_DAMAGED: return "damaged";
  }
  return "unknown";
}

static void check_lines(const struct run *run) {
  put_text("plan uds=");
  put_text((region_flags() & REGION_GENERATE_UDS) != 0 ? "generate" : "none");
  put_text(" lock=");
  put_hex(region_lock_mask(), 8);
  put_count(" halfwords=", run->asked);
  end_line();
  put_count("check blank=", run->blank);
  put_count(" equal=", run->equal);
  put_count(" conflict=", run->conflicts);
  put_count(" locked=", run->locked);
  end_line();
  for (uint32_t at = 0; at < run->conflicts && at < CONFLICTS_KEPT; at++) {
    cell_line("conflict", run->kept[at].halfword, run->kept[at].found);
    end_line();
  }
}

void talk_greet(void) {
  put_text("keyfuse-primer 1 starting");
  end_line();
}

void talk_status(const struct run *run) {
  begin_answer();
  put_text("keyfuse-primer 1");
  end_line();
  uid_line();
  put_text(hal_trustzone() ? "trustzone on" : "trustzone off");
  end_line();
  put_text("region ");
  put_text(region_word(run->region));
  end_line();
  if (run->region == REGION_IS_FILLED) {
    check_lines(run);
    put_count("wrote ", run->written);
    end_line();
    put_text("uds ");
    put_text(uds_word(run->uds));
    end_line();
  }
  if (run->result == RESULT_FAILED_PROGRAM || run->result == RESULT_FAILED_VERIFY) {
    cell_line("fault", run->fault_halfword, run->fault_found);
    put_text(" flags=");
    put_hex(run->fault_flags, 8);
    end_line();
  }
  lock_line();
  put_text("result ");
  put_text(result_word(run->result));
  end_line();
  end_answer("status");
}

/* `otp ADDRESS BYTES ECC CRC`: bit n of ECC is set when halfword n raised the double error, the lowest address
 * first; the CRC is that of the line so far. Returns `total` with the bytes added. */
static uint32_t otp_line(uint32_t offset, uint32_t total) {
  uint32_t ecc = 0;
  line_crc = CRC32_START;
  put_text("otp ");
  put_hex(OTP_BASE + offset, 8);
  put(' ');
  for (uint32_t at = 0; at < OTP_LINE_HALFWORDS; at++) {
    const struct cell cell = hal_read(offset / 2u + at);
    const uint8_t low = (uint8_t)cell.value;
    const uint8_t high = (uint8_t)(cell.value >> 8);
    if (cell.ecc) ecc |= 1u << at;
    put_hex(low, 2);
    put_hex(high, 2);
    total = crc32_add(crc32_add(total, low), high);
  }
  put(' ');
  put_hex(ecc, 4);
  const uint32_t own = crc32_end(line_crc);
  put(' ');
  put_hex(own, 8);
  end_line();
  return total;
}

static void dump(void) {
  uint32_t total = CRC32_START;
  for (uint32_t offset = 0; offset < OTP_BYTES; offset += OTP_LINE_BYTES) {
    total = otp_line(offset, total);
  }
  put_count("total ", OTP_BYTES);
  put(' ');
  put_hex(crc32_end(total), 8);
  end_line();
}

static void help(void) {
  put_text("status  what was found and done\r\n");
  put_text("dump    the whole OTP area, its secret included\r\n");
  put_text("lock    which OTP blocks are locked\r\n");
  put_text("uid     the chip's unique id\r\n");
  put_text("help    this list\r\n");
}

static bool line_is(const char *word) {
  uint32_t at = 0;
  while (at < line_length && word[at] == line[at]) at++;
  return at == line_length && word[at] == '\0';
}

static void obey(const struct run *run) {
  if (line_is("status")) {
    talk_status(run);
    return;
  }
  static const char *const commands[] = {"dump", "lock", "uid", "help"};
  static void (*const answers[])(void) = {dump, lock_line, uid_line, help};
  begin_answer();
  for (uint32_t at = 0; at < sizeof commands / sizeof commands[0]; at++) {
    if (!line_is(commands[at])) continue;
    answers[at]();
    end_answer(commands[at]);
    return;
  }
  put_text("unknown command; try help\r\n");
  end_answer("unknown");
}

void talk_hear(const struct run *run, char character) {
  if (character == '\r' || character == '\n') {
    if (line_length > 0) obey(run);
    line_length = 0;
    return;
  }
  /* Too long is no command: the full buffer equals none of them. */
  if (line_length < LINE_MOST) line[line_length++] = character;
}
