/** A person at the bench who reads one of the two languages: every page, and the board's panel. */
import type { App, Language, PageName } from './app.ts';
import { Board } from './board.ts';
import { Burn } from './burn.ts';
import { Examine } from './examine.ts';
import { Firmware } from './firmware.ts';
import { Keys } from './keys.ts';
import { Keystore } from './keystore.ts';
import { Panel } from './panel.ts';
import { Place } from './place.ts';
import { RecordPage } from './record.ts';
import { Update } from './update.ts';

export class Operator {
  readonly keys: Keys;
  readonly keystore: Keystore;
  readonly board: Board;
  readonly burn: Burn;
  readonly firmware: Firmware;
  readonly update: Update;
  readonly record: RecordPage;
  readonly examine: Examine;
  readonly external: Place;
  readonly help: Place;
  readonly sheet: Place;
  readonly panel: Panel;
  /** What stands around every page. */
  readonly frame: Place;
  readonly #app: App;
  readonly #language: Language;

  constructor(app: App, language: Language = 'en') {
    this.keys = new Keys(app, language);
    this.keystore = new Keystore(app, language);
    this.board = new Board(app.page, language);
    this.burn = new Burn(app, language);
    this.firmware = new Firmware(app, language);
    this.update = new Update(app, language);
    this.record = new RecordPage(app, language);
    this.examine = new Examine(app, language);
    this.external = new Place(app.page, language, 'Sign with a key in an HSM');
    this.help = new Place(app.page, language, 'Help');
    this.sheet = new Place(app.page, language, 'Key sheet');
    this.frame = new Place(app.page, language, 'Every page');
    this.panel = new Panel(app.page, language);
    this.#app = app;
    this.#language = language;
  }

  /** Walks on; keys, board and plan stay. */
  async goTo(page: PageName): Promise<void> {
    await this.#app.goTo(page, this.#language);
  }
}
