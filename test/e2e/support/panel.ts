/** The hands at the virtual board. */
import type { Page } from '@playwright/test';
import type { Language } from './app.ts';
import { Place } from './place.ts';

export class Panel extends Place {
  constructor(page: Page, language: Language) {
    super(page, language, 'Virtual board panel');
  }

  async setStLinkCable(plugged: boolean): Promise<void> {
    await this.find('switch', 'ST-LINK USB cable').setChecked(plugged);
  }

  async setUserUsbCable(plugged: boolean): Promise<void> {
    await this.find('switch', 'USER USB cable').setChecked(plugged);
  }

  async setBoot0(bridged: boolean): Promise<void> {
    await this.find('switch', 'BOOT0 to 3V3').setChecked(bridged);
  }

  async pressReset(): Promise<void> {
    await this.button('Reset board').click();
  }

  async setTrustZone(on: boolean): Promise<void> {
    await this.find('switch', 'TrustZone (TZEN)').setChecked(on);
  }

  /** As a person brings the board into DFU mode. */
  async enterDfu(): Promise<void> {
    await this.setUserUsbCable(true);
    await this.setBoot0(true);
    await this.pressReset();
  }

  /** As a person starts what lies in flash. */
  async startFromFlash(): Promise<void> {
    await this.setBoot0(false);
    await this.pressReset();
  }

  /** From now on the board runs as fast as the computer can. */
  async hurry(): Promise<void> {
    await this.unfold('ROM and pace');
    await this.setRealPace(false);
  }

  /** The switch must have been unfolded. */
  async setRealPace(on: boolean): Promise<void> {
    await this.find('switch', 'Real-time pace').setChecked(on);
  }

  /** Breaks something on purpose; `number` goes into the fault's first field. */
  async armFault(fault: string, field: string, number: number): Promise<void> {
    await this.unfold('Faults');
    const faults = this.find('combobox', 'Fault');
    await faults.selectOption(await this.find('option', fault).getAttribute('value'));
    await this.find('spinbutton', field).fill(String(number));
    await this.button('Arm fault').click();
    await this.find('list', 'Armed faults').waitFor();
  }
}
