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

  /** The board runs as fast as the computer can. */
  async hurry(): Promise<void> {
    await this.unfold('ROM and pace');
    await this.find('switch', 'Real-time pace').setChecked(false);
  }

  /** Breaks something on purpose; `number` goes into the fault's first field. */
  async armFault(fault: string, field: string, number: number): Promise<void> {
    await this.unfold('Faults');
    await this.find('combobox', 'Fault').selectOption({ label: this.say('option', fault) });
    await this.find('spinbutton', field).fill(String(number));
    await this.button('Arm fault').click();
    await this.find('list', 'Armed faults').waitFor();
  }
}
