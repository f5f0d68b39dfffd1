import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { WorkflowDefinition } from '@flexprice/contracts/workflows'
import type { ScheduleState, Schedules } from '@flexprice/temporal-client'
import { type CommandContext, configured, outputOf } from '../command-context.ts'
import { usageFailure } from '../command-failure.ts'
import { temporalConfig } from '../config.ts'
import { table } from '../output.ts'
import { commandGroup, examples, jsonCommand } from './options.ts'

export function addSchedules(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    program,
    'schedules',
    'what Temporal starts by itself; reads TEMPORAL_ADDRESS and its siblings',
    'schedules list',
  )
  addApply(group, context)
  addList(group, context)
  addChange(group, context, 'pause', 'start it no more until it is resumed; what runs goes on')
  addChange(group, context, 'resume', 'start it again from now on')
  addTrigger(group, context)
}

function addApply(group: CommandUnknownOpts, context: CommandContext): void {
  jsonCommand(group, 'apply', 'make every schedule, or bring it up to date; one that is paused stays so')
    .addHelpText('after', examples('schedules apply'))
    .action(async (options) => {
      const applied = await withSchedules(context, async (schedules) => {
        const done: { name: string; outcome: string }[] = []
        for (const definition of scheduled(context)) {
          done.push({ name: definition.name, outcome: await schedules.apply(definition) })
        }
        return done
      })
      outputOf(context, options).result({ applied }, () =>
        applied.map(({ name, outcome }) => `${name}: ${outcome}`).join('\n'),
      )
    })
}

function addList(group: CommandUnknownOpts, context: CommandContext): void {
  jsonCommand(group, 'list', 'each schedule with its next and its last start')
    .addHelpText('after', examples('schedules list --json'))
    .action(async (options) => {
      const items = await withSchedules(context, (schedules) =>
        Promise.all(scheduled(context).map(({ name }) => schedules.describe(name))),
      )
      const headings = ['schedule', 'state', 'next', 'last', 'skipped', 'missed', 'note']
      outputOf(context, options).result({ items }, () => table(headings, items.map(rowOf)))
    })
}

function rowOf({ name, paused, nextAt, lastAt, skipped, missed, note }: ScheduleState) {
  const state = paused ? 'paused' : 'runs'
  return [name, state, nextAt?.toISOString() ?? '–', lastAt?.toISOString() ?? '–', skipped, missed, note]
}

function addChange(
  group: CommandUnknownOpts,
  context: CommandContext,
  change: 'pause' | 'resume',
  summary: string,
): void {
  jsonCommand(group, change, summary)
    .argument('<schedule>')
    .option('--note <text>', 'why, for whoever looks next', `${change}d by the command line`)
    .addHelpText('after', examples(`schedules ${change} cron-billing --note "month-end check"`))
    .action(async (name, options) => {
      const known = named(context, name)
      const state = await withSchedules(context, async (schedules) => {
        await schedules[change](known.name, options.note)
        return schedules.describe(known.name)
      })
      outputOf(context, options).result(state, () => `${name} ${state.paused ? 'is paused' : 'runs'}`)
    })
}

function addTrigger(group: CommandUnknownOpts, context: CommandContext): void {
  jsonCommand(group, 'trigger', 'start it once, now, whether it is paused or not')
    .argument('<schedule>')
    .addHelpText('after', examples('schedules trigger cron-billing'))
    .action(async (name, options) => {
      const known = named(context, name)
      await withSchedules(context, (schedules) => schedules.trigger(known.name))
      outputOf(context, options).result({ triggered: name }, () => `Started ${name}`)
    })
}

function scheduled({ workflows }: CommandContext): readonly WorkflowDefinition[] {
  return Object.values(workflows)
    .map(({ definition }) => definition)
    .filter(({ schedule }) => schedule !== undefined)
}

function named(context: CommandContext, name: string): WorkflowDefinition {
  const all = scheduled(context)
  const found = all.find((definition) => definition.name === name)
  if (found) return found
  throw usageFailure(`There is no schedule ${name}: one of ${all.map((one) => one.name).join(', ')}`)
}

async function withSchedules<Answer>(
  context: CommandContext,
  work: (schedules: Schedules) => Promise<Answer>,
): Promise<Answer> {
  const settings = configured(context, temporalConfig)
  // Loaded here: Temporal's client takes longer to load than most commands to run.
  const { createTemporal } = await import('@flexprice/temporal-client')
  await using temporal = createTemporal(settings)
  return await work(temporal.schedules)
}
