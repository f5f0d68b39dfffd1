import type { CommandContext } from './command-context.ts'
import { failureJson, failureOf, failureText } from './command-failure.ts'
import { exitCodes } from './exit-codes.ts'
import { createProgram } from './program.ts'

/** Runs one command to its end; answers the exit code. What fails is told on standard error, never thrown. */
export async function runCommandLine(
  commandLine: readonly string[],
  context: CommandContext,
): Promise<number> {
  try {
    await createProgram(context).parseAsync(commandLine, { from: 'user' })
    return exitCodes.done
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) return exitCodes.done
    const told = commandLine.includes('--json') ? failureJson(failure) : failureText(failure)
    context.stderr.write(`${told}\n`)
    return failure.exitCode
  }
}
