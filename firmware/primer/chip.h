/* What startup.c asks of the chip layer, besides hal.h. */
#ifndef KEYFUSE_CHIP_H
#define KEYFUSE_CHIP_H

/* Clocks, pins, serial line; from the state after reset. */
void chip_start(void);

/* The NMI of a double error in flash: notes it, clears it, returns. */
void chip_nmi(void);

/* A fault of the core: red, and no more. */
void chip_stop(void);

#endif
