/** A passkey authenticator that Chromium plays: it says yes by itself, or refuses. */
import type { CDPSession, Page } from '@playwright/test';

export class Authenticator {
  readonly #session: CDPSession;
  readonly #id: string;

  private constructor(session: CDPSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  /** Of this page alone; its passkeys outlive a reload. */
  static async plugInto(page: Page, options: { hasPrf: boolean }): Promise<Authenticator> {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        hasPrf: options.hasPrf,
      },
    });
    return new Authenticator(session, authenticatorId);
  }

  /** From now on, as when the finger is another's; the authenticator blocks itself by that. */
  async refuse(): Promise<void> {
    await this.#session.send('WebAuthn.setUserVerified', {
      authenticatorId: this.#id,
      isUserVerified: false,
    });
  }

  /** With its passkeys. */
  async unplug(): Promise<void> {
    await this.#session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.#id });
  }

  async passkeyCount(): Promise<number> {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', {
      authenticatorId: this.#id,
    });
    return credentials.length;
  }
}
