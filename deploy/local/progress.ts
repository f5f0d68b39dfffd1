import ora from 'ora'
import { describeFailure, reasonOf, StepFailure } from './step-failure.ts'

export interface Progress {
  /** Shows a step while it runs; the last word is the result's `taken` (which program was used, where it listens). */
  step<T extends { readonly taken: string }>(name: string, work: (tell: Tell) => Promise<T>): Promise<T>
  /** A line that stays. */
  say(text: string): void
  fail(error: unknown): void
}

/** Changes the text of the running step: what it is busy with now. */
export type Tell = (doing: string) => void

/** Progress for a person at a terminal (a spinner) or for a log (plain lines: no terminal, or CI). */
export function createProgress(interactive: boolean): Progress {
  // A closed terminal or pipe must not end the process before it has stopped what it started.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return {
    async step(name, work) {
      const started = performance.now()
      const line = interactive ? spinningLine(name) : plainLine(name)
      try {
        const result = await work(line.doing)
        const seconds = ((performance.now() - started) / 1000).toFixed(1)
        line.done(`${name}: ${result.taken} (${seconds} s)`)
        return result
      } catch (error) {
        line.failed()
        if (error instanceof StepFailure) throw error
        throw new StepFailure(name, reasonOf(error), 'Look at what stands above, and into .local/logs/.')
      }
    },
    say: (text) => void process.stdout.write(`${text}\n`),
    fail: (error) => void process.stderr.write(`\n${describeFailure(error)}\n`),
  }
}

interface StepLine {
  readonly doing: Tell
  readonly done: (text: string) => void
  readonly failed: () => void
}

function spinningLine(name: string): StepLine {
  // Left to itself ora puts the terminal into raw mode, and Ctrl-C no longer reaches the process group.
  const spinner = ora({ text: name, stream: process.stdout, discardStdin: false }).start()
  return {
    doing: (doing) => {
      spinner.text = `${name}: ${doing}`
    },
    done: (text) => void spinner.succeed(text),
    failed: () => void spinner.fail(name),
  }
}

function plainLine(name: string): StepLine {
  const write = (text: string) => void process.stdout.write(`${text}\n`)
  return {
    doing: (doing) => write(`  ${name}: ${doing}`),
    done: (text) => write(`✔ ${text}`),
    failed: () => write(`✖ ${name}`),
  }
}
