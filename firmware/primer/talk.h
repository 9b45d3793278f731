/* The primer's words on the serial line (docs/formats/primer.md). */
#ifndef KEYFUSE_TALK_H
#define KEYFUSE_TALK_H

#include "primer.h"

/* The first line, before anything is done. */
void talk_greet(void);

/* The answer to `status`. */
void talk_status(const struct run *run);

/* Takes one received character; answers when a command is complete. */
void talk_hear(const struct run *run, char character);

#endif
