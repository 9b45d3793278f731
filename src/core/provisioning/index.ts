/**
 * From a board in DFU mode to a proven keystore and a record: inspect, plan, approve, burn, verify, record.
 * The only room that writes OTP, and only with an `ApprovedPlan`.
 */
export { approvePlan, requiredTails } from './approval.ts';
export type { ApprovedPlan, RequiredTails, TypedTails } from './approval.ts';
export { burn, confirmBurned } from './burn.ts';
export { erasePrimer } from './burn-primer.ts';
export type {
  BurnCall,
  BurnEnv,
  BurnOutcome,
  BurnProgress,
  Cancelling,
  ContentDigests,
} from './burn-types.ts';
export { canonicalJson, canonicalSha256 } from './canonical-json.ts';
export { classifyBoard, classifyOtp } from './classify.ts';
export type { BoardState, ClassifyInput, OtpClass } from './classify.ts';
export type { Consequences, SlotConsequence } from './consequences.ts';
export { inspectBoard } from './inspection.ts';
export type { InspectProgress, Inspection, OtpReading } from './inspection.ts';
export { intendOtpImage, intendPrimer } from './intended-otp.ts';
export type {
  BurnRoute,
  IntendedOtp,
  IntendedPrimer,
  UdsPolicy,
  UdsSource,
} from './intended-otp.ts';
export { listJournal, readJournal } from './journal.ts';
export type { JournalEntry, JournalPhase, JournalPrimer } from './journal.ts';
export { OtpContent, type UdsCells } from './otp-content.ts';
export type { BlockSummary, CellKind, CellValue, DiffSummary, PlanRow } from './otp-diff.ts';
export { makePlan, requirePlan } from './plan.ts';
export type { BurnPlan, PlanResult } from './plan.ts';
export type { KeyBackups, PlanInput, PlanRefusal } from './plan-policy.ts';
export { isRehearsed, parseRehearsalReceipt, rehearsalReceipt } from './rehearsal.ts';
export type { RehearsalReceipt } from './rehearsal.ts';
export { readRunningImage, type RunningImage } from './running-image.ts';
export { verifyBoard, verifyContent } from './verify.ts';
export type { ExpectedKeystore, SlotVerdict, UdsVerdict, Verification } from './verify.ts';
export { verifyOverPrimer } from './verify-primer.ts';
export type { ExpectedBurn, PrimerProof } from './verify-primer.ts';
export { buildRecord, parseRecord, recordImage, recordText, recordUpdate } from './record.ts';
export type { RecordInput } from './record.ts';
export type {
  BurnRecord,
  DoneWord,
  NotDoneWord,
  RecordedImage,
  RecordedUpdate,
} from './record-shape.ts';
export { drawUds } from './uds.ts';
