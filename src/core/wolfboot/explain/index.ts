/** What a file is, whether a board would start it, and how two images differ. */
export * from './boot-types.ts';
export { compareImages } from './compare.ts';
export * from './compare-types.ts';
export { examineFile, type ExamineOptions } from './examine.ts';
export * from './examine-types.ts';
export { findImages, type FoundImage } from './find-images.ts';
export { headerSizeByDigest } from './header-size.ts';
export { MOST_RANGES } from './payload-difference.ts';
export { errorCodeOfFinding, whyNotBoot } from './why-not-boot.ts';
