#!/usr/bin/env node
/**
 * `flexprice`: the operator's command line, over the public HTTP API; what needs more rights than a caller has
 * (`migrate`, `tenants`, `environments`, `keys`) uses the database. It must know no single workflow: their commands
 * are made of the definitions in packages/contracts.
 */
import { operations } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { processVariables } from './config.ts'
import { runCommandLine } from './run-command-line.ts'

const { stdin, stdout, stderr, argv } = process
// A reader that has seen enough (`| head`) is no failure of ours.
stdout.on('error', () => process.exit())
process.exitCode = await runCommandLine(argv.slice(2), {
  variables: processVariables(),
  stdin,
  stdout,
  stderr,
  workflows,
  operations,
})
