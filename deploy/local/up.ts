// `npm run up`: everything the project needs, started in order, watched over, and stopped in reverse.
import { parseUpArguments, type UpArguments } from './arguments.ts'
import { isInteractive, type LocalConfig, readConfig } from './config.ts'
import { currentDemo } from './demo.ts'
import { runDetached } from './detach.ts'
import { makeLocalDir } from './local-dir.ts'
import { createProgress, type Progress } from './progress.ts'
import { createStackFile, isRunning, type Stack, type StackFile } from './stack-file.ts'
import { createStackRun } from './stack-run.ts'
import { startStack } from './start-stack.ts'
import { StepFailure } from './step-failure.ts'
import { orStopped, stopSignal } from './stop-signal.ts'
import { stopStack } from './stop-stack.ts'
import { summary } from './summary.ts'
import { supervise } from './supervise.ts'
import { watchSources } from './watch-sources.ts'

const keepAliveMs = 60_000

// The parts are not tied to this process, and a promise that waits does not keep it alive by itself.
setInterval(() => undefined, keepAliveMs)
const progress = createProgress(isInteractive())
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  progress.fail(error)
  return 1
})
// A fetch or a pool that lingers must not hold back the prompt: what was started is recorded or stopped by now.
process.exit()

async function main(args: readonly string[]): Promise<number> {
  const options = parseUpArguments(args)
  const config = readConfig()
  makeLocalDir(config)
  const stackFile = createStackFile(config.localDir)
  if (options.detach) return runDetached(args, config, stackFile, progress)
  if (!(await claim(stackFile, options, progress))) return 0
  return runStack(config, options, stackFile)
}

async function runStack(config: LocalConfig, options: UpArguments, stackFile: StackFile): Promise<number> {
  const signal = stopSignal()
  const run = createStackRun(config, { throwAway: false, signal }, (processes) =>
    stackFile.change({ processes: [...processes] }),
  )
  let ready = false
  try {
    const services = await orStopped(signal, startStack(run, options, stackFile, progress))
    ready = true
    if (!options.background) describeReady(stackFile)
    using _watching = options.watch ? watchSources(run, services, progress) : undefined
    await supervise(run, options.watch ? services : [], progress)
  } catch (error) {
    if (!signal.aborted) progress.fail(error)
  }
  progress.say('\nStopping')
  const survivors = await run.processes.stopAll((name) => progress.say(`  ${name}`))
  if (survivors.length > 0) {
    progress.say(`These did not stop: ${survivors.join(', ')}. npm run down tries again.`)
    return 1
  }
  stackFile.remove()
  progress.say('Everything is stopped.')
  return ready ? 0 : signal.aborted ? 130 : 1
}

function describeReady(stackFile: StackFile): void {
  const stack = stackFile.read()
  if (stack) progress.say(summary(stack, stackFile.file))
  progress.say('Ctrl-C stops everything; the data stays.')
}

/** Makes this run the one of its folder. False when one runs already, which it then describes. */
async function claim(stackFile: StackFile, options: UpArguments, progress: Progress): Promise<boolean> {
  if (stackFile.claim(options.onlyServers)) return true
  const running = stackFile.read()
  if (running && isRunning(running)) {
    await describeRunning(running, stackFile, options, progress)
    return false
  }
  progress.say('An earlier run did not end well. What is left of it is stopped first.')
  await stopStack(stackFile, progress)
  if (stackFile.claim(options.onlyServers)) return true
  throw new StepFailure(
    'Start',
    'Another npm run up has just begun in this folder.',
    'Wait for it, or stop it.',
  )
}

async function describeRunning(
  stack: Stack,
  stackFile: StackFile,
  options: UpArguments,
  progress: Progress,
): Promise<void> {
  if (!stack.ready) {
    // Not 0: a script that goes on after that would find nothing to talk to.
    throw new StepFailure(
      'Start',
      `It is being started by another npm run up (process ${stack.supervisor?.pid}), and is not ready yet.`,
      'Wait for that one and try again, or stop it: npm run down.',
    )
  }
  // The recorded commands still work without it, but for what they have changed themselves.
  const demo = await currentDemo(stack).catch(() => undefined)
  if (demo) stackFile.change({ demo })
  const told = { ...stack, ...(demo ? { demo } : {}) }
  progress.say(`It is running already. npm run down stops it.\n${summary(told, stackFile.file)}`)
  const lacking = [
    ...(stack.only_servers && !options.onlyServers ? ['the gateway and the workers'] : []),
    ...(options.jaeger && !stack.jaeger_url ? ['Jaeger'] : []),
  ]
  if (lacking.length === 0) return
  throw new StepFailure(
    'Start',
    `What runs was started without ${lacking.join(' and ')}.`,
    'npm run down first, then start it again.',
  )
}
