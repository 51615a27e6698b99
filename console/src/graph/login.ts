/**
 * Whether the service knows who asks.
 *
 * unknown  nothing was answered yet
 * in       it answers; without an issuer it answers everybody
 * out      it does not know who asks; `before`: it did, while this page was open
 * nobody   it knows who asks, and they have no role
 */
export interface Standing {
  kind: 'unknown' | 'in' | 'out' | 'nobody';
  before: boolean;
  /** What the service says of it, and what to do. */
  sentence: string;
  remedy: string;
}

/** Where a browser signs in; null where it cannot; undefined while that is not known. */
export type LoginPage = string | null | undefined;

const UNKNOWN: Standing = { kind: 'unknown', before: false, sentence: '', remedy: '' };
const NOT_KNOWN = 4401;

interface Refused {
  errors?: { message?: string; extensions?: { code?: string; remedy?: string } }[];
}

/** The channel by which the tabs of one browser tell each other. */
export interface Channel {
  postMessage: (said: 'in' | 'out') => void;
  addEventListener: (type: 'message', listener: (event: MessageEvent<unknown>) => void) => void;
}

/** The login of this page: what its answers say of it, and what other tabs do. */
export class Login {
  private current = UNKNOWN;
  private asked = false;
  private where: LoginPage;
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly channel: Channel | undefined) {
    // what another tab says is only a reason to ask: the service's answer counts
    channel?.addEventListener('message', ({ data }) => {
      if ((data === 'in') !== (this.current.kind === 'in')) for (const each of this.listeners) each();
    });
  }

  get standing(): Standing {
    return this.current;
  }

  get page(): LoginPage {
    return this.where;
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Told when it is time to ask again who one is. */
  onNews(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A `fetch` whose answers are looked at; they are passed on as they are. */
  watched(send: typeof fetch): typeof fetch {
    return async (input, init) => {
      const answer = await send(input, init);
      if (answer.ok) this.say({ ...UNKNOWN, kind: 'in' });
      else if (answer.status === 401) this.say({ kind: 'out', ...(await refused(answer)) });
      else if (answer.status === 403) {
        const { code, ...said } = await refused(answer);
        if (code === 'FORBIDDEN') this.say({ kind: 'nobody', ...said });
      }
      return answer;
    };
  }

  /** A socket was closed: by its code the service may have said that it does not know who asks. */
  closed(event: unknown): void {
    const { code, reason } = event as { code?: number; reason?: string };
    if (code === NOT_KNOWN) this.say({ kind: 'out', sentence: reason ?? '', remedy: '' });
  }

  /** Signs out, here or in all browsers; where to go on. Throws where the service does not answer. */
  async signOut(everywhere: boolean): Promise<string> {
    const answer = await fetch('/logout', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ everywhere }),
    });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    this.channel?.postMessage('out');
    return ((await answer.json()) as { location: string }).location;
  }

  private say(said: Omit<Standing, 'before'>): void {
    const { kind, before } = this.current;
    if (kind === said.kind && this.current.sentence === said.sentence) return;
    this.current = {
      kind: said.kind,
      sentence: said.sentence,
      remedy: said.remedy,
      before: before || kind === 'in',
    };
    if (said.kind === 'in' && kind !== 'unknown') this.channel?.postMessage('in');
    if (said.kind === 'out' && !this.asked) void this.askWhere();
    this.tell();
  }

  private async askWhere(): Promise<void> {
    this.asked = true;
    try {
      const answer = await fetch('/.well-known/interlock');
      this.where = ((await answer.json()) as { login?: string | null }).login ?? null;
    } catch {
      this.asked = false; // the service is away: asked at the next refusal
    }
    this.tell();
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }
}

async function refused(answer: Response): Promise<{ code: string; sentence: string; remedy: string }> {
  const body = (await answer
    .clone()
    .json()
    .catch(() => ({}))) as Refused;
  const error = body.errors?.[0];
  return {
    code: error?.extensions?.code ?? '',
    sentence: error?.message ?? '',
    remedy: error?.extensions?.remedy ?? '',
  };
}
