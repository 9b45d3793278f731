#include "talk.h"

static bool is_good(enum result result) { return result == RESULT_DONE || result == RESULT_ALREADY; }

/* Yellow: at work, and for ever when there was nothing to do. Green: all is there. Red: look at the words. */
static void show(enum result result) {
  const bool nothing = result == RESULT_NO_KEYSTORE;
  hal_leds(is_good(result), nothing, !is_good(result) && !nothing);
}

int main(void) {
  static struct run run;
  hal_leds(false, true, false);
  talk_greet();
  primer_run(&run);
  show(run.result);
  talk_status(&run);
  for (;;) {
    const int character = hal_get();
    if (character >= 0) talk_hear(&run, (char)character);
#ifdef KEYFUSE_HOST
    else return 0;
#endif
  }
}
