#!/bin/sh
# Builds the images that the tests read. Needs arm-none-eabi-gcc (12.2 was used).
set -eu
cd "$(dirname "$0")"
build() { # name table keys keyroom source flags...
    name=$1 table=$2 count=$3 room=$4 source=$5
    shift 5
    arm-none-eabi-gcc -mcpu=cortex-m33 -mthumb -ffreestanding -nostdlib -ffunction-sections \
        -fdata-sections -Wl,--gc-sections -DNUM_PUBKEYS="$count" -DKEYSTORE_PUBKEY_SIZE="$room" \
        -DKEY_TABLE="\"tables/$table.inc\"" -T primer.ld "$@" -o "$name.elf" "$source"
    arm-none-eabi-objcopy -O binary "$name.elf" "$name.bin"
    rm "$name.elf"
}
build ecc256-os ecc256 2 64 primer.c -Os
build ecc256-o0 ecc256 2 64 primer.c -O0
build ecc256-o3 ecc256 2 64 primer.c -O3
build ecc256-words ecc256 2 64 primer.c -O2 -mslow-flash-data
build ecc256-lock-os ecc256 2 64 primer.c -Os -DENABLE_OTP_WP
build ecc256-lock-o2 ecc256 2 64 primer.c -O2 -DENABLE_OTP_WP
build ecc256-lock-o0 ecc256 2 64 primer.c -O0 -DENABLE_OTP_WP
build ecc256-lock-words ecc256 2 64 primer.c -O2 -mslow-flash-data -DENABLE_OTP_WP -DFLASH_CONTROLLER=0x40022000u
build rsa2048-os rsa2048 2 320 primer.c -Os
build lms-os lms 2 60 primer.c -Os
build uni-os uni 2 576 primer.c -Os
build mldsa2-os mldsa2 1 1312 primer.c -Os
build mldsa3-o2 mldsa3 1 1952 primer.c -O2
build ed448-os ed448 2 57 primer.c -Os
build bootloader ecc256 2 64 bootloader.c -Os
