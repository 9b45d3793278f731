import { describe, expect, it } from 'vitest';
import { codeConstants } from '../../../../src/core/wolfboot/thumb-constants.ts';

/** Halfwords as `objdump` prints them. */
function code(...halfwords: readonly number[]): Uint8Array {
  return Uint8Array.from(halfwords.flatMap((halfword) => [halfword & 0xff, halfword >>> 8]));
}

describe('codeConstants', () => {
  it('follows a literal load and three additions, as gcc -Os makes them', () => {
    // ldr r3, [pc, #20]; ldr r0, [r3]; add.w #0x3e400000; add.w #411648; addw #1879; pool: 0x08060000
    const bytes = code(
      0x4b05,
      0x6818,
      0xf103,
      0x5379,
      0xf503,
      0x23c9,
      0xf203,
      0x7357,
      0x1ac3,
      0x4258,
      0x4158,
      0x4770,
      0x0000,
      0x0806,
    );
    expect(codeConstants(bytes)).toContain(0x464c4f57);
  });

  it('joins MOVW and MOVT', () => {
    // movw r0, #0xf000; movt r0, #0x08ff
    expect(codeConstants(code(0xf24f, 0x0000, 0xf6c0, 0x00ff, 0xbf00))).toContain(0x08fff000);
  });

  it('expands rotated and repeated immediates', () => {
    // mov.w r1, #0xff000000; mov.w r2, #0x00110011; mov.w r3, #0xabababab
    const bytes = code(0xf04f, 0x417f, 0xf04f, 0x1211, 0xf04f, 0x33ab, 0xbf00);
    expect([...codeConstants(bytes)]).toEqual([0xff000000, 0x00110011, 0xabababab]);
  });

  it('subtracts', () => {
    // movs r0, #16; subs r0, #6; sub.w r1, r0, #8; subw r2, r0, #9
    const bytes = code(0x2010, 0x3806, 0xf1a0, 0x0108, 0xf2a0, 0x0209, 0xbf00);
    expect([...codeConstants(bytes)]).toEqual([16, 10, 2, 1]);
  });

  it('reads no literal outside the image', () => {
    expect(codeConstants(code(0x4bff, 0xf8df, 0x0fff, 0xf85f, 0x0fff, 0xbf00))).toEqual(new Set());
  });
});
