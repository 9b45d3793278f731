/** The few words that the kit says by itself. The kit knows no language: the app hands them in. */
import { createContext, useContext } from 'react';

export interface KitTexts {
  readonly copy: string;
  readonly copied: string;
  readonly close: string;
  readonly cancel: string;
  readonly dismiss: string;
  readonly details: string;
  readonly cause: string;
  readonly nextStep: string;
  readonly numberBetween: (min: number, max: number) => string;
  readonly hex: HexTexts;
  readonly diff: DiffTexts;
  readonly confirm: ConfirmTexts;
  readonly mask: MaskTexts;
}

export interface HexTexts {
  readonly fields: string;
  readonly address: string;
  readonly ascii: string;
  readonly secret: string;
  readonly noField: string;
  readonly keys: string;
  readonly lengthOf: (lengthBytes: number) => string;
  /** A run of equal filler that is folded away. */
  readonly folded: (lengthBytes: number, value: string) => string;
  readonly unfold: string;
  readonly fold: string;
}

export interface DiffTexts {
  readonly address: string;
  readonly state: string;
  readonly before: string;
  readonly after: string;
  readonly meaning: string;
  readonly states: Readonly<Record<'new' | 'equal' | 'conflict' | 'untouched' | 'locked', string>>;
  readonly halfwords: (count: number) => string;
}

export interface ConfirmTexts {
  /** Said under the field while what was typed differs. */
  readonly differs: string;
  readonly matches: string;
  /** How an irreversible button wants to be pressed. */
  readonly press: string;
}

export interface MaskTexts {
  readonly legend: string;
  readonly all: string;
  readonly bootloader: string;
  readonly application: string;
  readonly others: string;
  readonly othersHint: string;
  readonly othersBad: string;
  readonly none: string;
  readonly value: string;
}

const KitTextsContext = createContext<KitTexts | undefined>(undefined);

export const KitTextsProvider = KitTextsContext.Provider;

export function useKitTexts(): KitTexts {
  const texts = useContext(KitTextsContext);
  if (texts === undefined) throw new Error('KitTextsProvider is missing');
  return texts;
}
