import { createParser } from 'eventsource-parser'

export interface ApiEvent {
  readonly name: string | undefined
  readonly id: string | undefined
  readonly data: string
}

/** The gateway says something each 15 s: what is silent for longer is a proxy that hands nothing on. */
export const eventsSilentMsMax = 40_000

/** Aborts once nothing was heard for so long. */
export interface Silence extends Disposable {
  readonly signal: AbortSignal
  heard(): void
}

export function endedBySilence(silentMsMax: number): Silence {
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(new Error('nothing was heard')), silentMsMax)
  return {
    signal: ended.signal,
    heard: () => timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

/** The events of a body as they come. */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  { heard }: Pick<Silence, 'heard'>,
): AsyncGenerator<ApiEvent> {
  const events: ApiEvent[] = []
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      events.push({ name: event, id, data })
    },
  })
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    heard()
    parser.feed(text)
    yield* events.splice(0)
  }
}
