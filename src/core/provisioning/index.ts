/**
 * From a board in DFU mode to a proven keystore and a record: inspect, plan, approve, burn, verify, record.
 * The only room that writes OTP, and only with an `ApprovedPlan`.
 */
export { hostActs, type ActCall, type ActEnv, type ActHost } from './acts.ts';
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
export { standingOf } from './board-standing.ts';
export type { BoardStanding, StandingInput } from './board-standing.ts';
export type { BurnWish } from './judged-wish.ts';
export type { ActionId, ActionReason, PossibleAction, Standing, Unseen } from './standing-types.ts';
export { proveBoot, wrongVersionFor } from './boot-proof.ts';
export type {
  BootProof,
  BootProofCall,
  BootProofInput,
  BootProofProgress,
  ProofImage,
  RefusalSeen,
} from './boot-proof.ts';
export { canonicalJson, canonicalSha256 } from './canonical-json.ts';
export { classifyBoard, classifyOtp } from './classify.ts';
export type { BoardState, ClassifyInput, OtpClass } from './classify.ts';
export type { Consequences, SlotConsequence } from './consequences.ts';
export { FLASH_START } from './firmware-pieces.ts';
export { readFlashJournal, type FlashJournalEntry } from './flash-journal.ts';
export {
  flashRoles,
  isBurnPart,
  openFlashParts,
  placePart,
  segmentsOf,
  type BurnPart,
  type FlashPart,
  type FlashRole,
  type OpenedParts,
  type ProjectPart,
  type RefusedPiece,
} from './flash-part.ts';
export { flashPlaces, usualBoard, type FlashPlace } from './flash-places.ts';
export {
  approveFlashPlan,
  planFlashProject,
  type ApprovedFlash,
  type FlashPlan,
  type FlashPlanInput,
  type FlashPlanResult,
  type FlashStep,
} from './flash-plan.ts';
export {
  isFlashWarning,
  type FlashProblem,
  type FlashProblemKind,
  type PartitionName,
} from './flash-problems.ts';
export { makeFlashProject, type FlashProject, type ProjectInput } from './flash-project.ts';
export {
  flashReport,
  type FlashNotDone,
  type FlashReport,
  type PartReport,
} from './flash-report.ts';
export {
  runFlashProject,
  type FlashCall,
  type FlashOutcome,
  type FlashProgress,
  type FlashedRun,
} from './flash-run.ts';
export type { FlashRun } from './flash-runs.ts';
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
export { listJournal, readJournal, requireJournalWorks } from './journal.ts';
export type { JournalEntry, JournalPhase, JournalPrimer } from './journal.ts';
export { exportJournal, importJournal, journalFileName, parseJournalFile } from './journal-file.ts';
export type { JournalConflict, JournalFile, JournalImport } from './journal-file.ts';
export { burnOverLine, confirmOverLine, planOneCable } from './one-cable-burn.ts';
export { installOverLine, proveFactory } from './one-cable-factory.ts';
export type { FactoryOrder, FactoryOutcome } from './one-cable-factory.ts';
export { recall, recallLast, type OneCableMemory } from './one-cable-memory.ts';
export { lookAtLine, readBoardOverLine } from './one-cable-read.ts';
export type { LineLook, OneCableReading } from './one-cable-read.ts';
export type {
  DriveFile,
  OneCableCall,
  OneCableEnv,
  OneCableImage,
  OneCableProgress,
} from './one-cable-types.ts';
export { explainFailText, parseDetails } from './probe-files.ts';
export type { FailKind, ProbeDetails, ProbeFailure } from './probe-files.ts';
export { runMassErase } from './mass-erase.ts';
export type { MassEraseCall, MassEraseOutcome, MassEraseProgress } from './mass-erase.ts';
export { approveMassErase, planMassErase, wordsForMassErase } from './mass-erase-plan.ts';
export type {
  ApprovedMassErase,
  MassEraseCaution,
  MassErasePlan,
  MassErasePlanResult,
  MassEraseWords,
} from './mass-erase-plan.ts';
export { writeOptionBytes } from './option-bytes.ts';
export type { OptionCall, OptionOutcome, OptionProgress } from './option-bytes.ts';
export { approveOptionBytes, planOptionBytes, wordsForOptionBytes } from './option-plan.ts';
export type {
  ApprovedOptionBytes,
  OptionCaution,
  OptionFieldChange,
  OptionPlan,
  OptionPlanResult,
  OptionWords,
} from './option-plan.ts';
export { optionPreset, optionPresetIds, optionPresets } from './option-presets.ts';
export type { OptionPreset, OptionPresetId } from './option-presets.ts';
export { OtpContent, type UdsCells } from './otp-content.ts';
export type { BlockSummary, CellKind, CellValue, DiffSummary, PlanRow } from './otp-diff.ts';
export { performAct } from './perform-act.ts';
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
export {
  bootVerdict,
  recordBootProved,
  recordDisproved,
  recordRefusal,
  type BootVerdict,
} from './record-proof.ts';
export {
  buildRecord,
  parseRecord,
  recordImage,
  recordReplacedPrimer,
  recordText,
  recordUpdate,
} from './record.ts';
export type { RecordInput } from './record.ts';
export type {
  BurnRecord,
  DoneWord,
  NotDoneWord,
  RecordedBootProof,
  RecordedImage,
  RecordedUpdate,
} from './record-shape.ts';
export { drawUds } from './uds.ts';
