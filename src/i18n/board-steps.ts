/** What hands have to do at the board, in words. The parts are those of the board's picture. */
import { m } from './paraglide/messages.js';

export interface HandStep {
  readonly id: 'st-link' | 'user-usb' | 'boot0-on' | 'boot0-off' | 'reset';
  readonly title: string;
  readonly detail: string;
  readonly part: 'st-link' | 'user-usb' | 'boot0' | 'reset';
}

export const handSteps = {
  stLink: (): HandStep => ({
    id: 'st-link',
    title: m.board_step_st_link(),
    detail: m.board_step_st_link_detail(),
    part: 'st-link',
  }),
  userUsb: (): HandStep => ({
    id: 'user-usb',
    title: m.board_step_user_usb(),
    detail: m.board_step_user_usb_detail(),
    part: 'user-usb',
  }),
  boot0On: (): HandStep => ({
    id: 'boot0-on',
    title: m.board_step_boot0_on(),
    detail: m.board_step_boot0_on_detail(),
    part: 'boot0',
  }),
  boot0Off: (): HandStep => ({
    id: 'boot0-off',
    title: m.board_step_boot0_off(),
    detail: m.board_step_boot0_off_detail(),
    part: 'boot0',
  }),
  resetIntoDfu: (): HandStep => ({
    id: 'reset',
    title: m.board_step_reset(),
    detail: m.board_step_reset_dfu_detail(),
    part: 'reset',
  }),
  resetIntoFirmware: (): HandStep => ({
    id: 'reset',
    title: m.board_step_reset(),
    detail: m.board_step_reset_firmware_detail(),
    part: 'reset',
  }),
};
