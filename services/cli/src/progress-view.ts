import { SingleBar } from 'cli-progress'
import { z } from 'zod'
import type { Output } from './output.ts'

/** `wait`: quietly; `watch`: with its progress. Either ends with the workflow. */
export type Following = 'wait' | 'watch'

/** Shows how far a workflow is: a bar on a terminal, a line a change elsewhere, an object a line for programs. */
export interface ProgressView extends Disposable {
  /** @param text the gateway's whole answer, for programs */
  show(text: string, progress: unknown): void
  /** Something that is no progress; the same twice in a row is said once. */
  say(text: string): void
}

export function createProgressView(output: Output, following: Following): ProgressView {
  const note = sayOnce(output)
  if (following === 'wait') return { show: () => {}, say: note, [Symbol.dispose]: () => {} }
  if (output.json) {
    const print = onceEach((text) => output.result(text, () => ''))
    return { show: print, say: note, [Symbol.dispose]: () => {} }
  }
  if (output.terminal !== undefined) return terminalBar(output.terminal, note)
  return {
    show: (_text, progress) => note(progressLine(progress)),
    say: note,
    [Symbol.dispose]: () => {},
  }
}

function terminalBar(stream: NodeJS.WritableStream, say: (text: string) => void): ProgressView {
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage} % | {counts}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    stopOnComplete: false,
    // Ctrl-C is ours: it says that the workflow runs on.
    gracefulExit: false,
  })
  return {
    show(_text, progress) {
      const payload = { counts: countsOf(progress) }
      if (bar.isActive) bar.update(percentOf(progress) ?? 0, payload)
      else bar.start(percentMax, percentOf(progress) ?? 0, payload)
    },
    say(text) {
      if (bar.isActive) bar.stop()
      say(text)
    },
    [Symbol.dispose]: () => bar.stop(),
  }
}

const percentMax = 100
const withPercent = z.looseObject({ percent: z.number() })

function percentOf(progress: unknown): number | undefined {
  return withPercent.safeParse(progress).data?.percent
}

function progressLine(progress: unknown): string {
  const percent = percentOf(progress)
  const counts = countsOf(progress)
  return percent === undefined ? counts : `${percent} % | ${counts}`
}

/** Every count of the progress by its name: of whatever workflow it is. */
function countsOf(progress: unknown): string {
  if (typeof progress !== 'object' || progress === null) return 'running'
  return Object.entries(progress)
    .filter(([name, value]) => name !== 'percent' && typeof value === 'number')
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`)
    .join(', ')
}

function sayOnce(output: Output): (text: string) => void {
  return onceEach((text) => output.note(text))
}

function onceEach(tell: (text: string) => void): (text: string) => void {
  let last: string | undefined
  return (text) => {
    if (text !== last) tell(text)
    last = text
  }
}
