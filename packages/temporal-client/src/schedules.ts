import type { WorkflowDefinition } from '@flexprice/contracts/workflows'
import { notFound } from '@flexprice/domain'
import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  type ScheduleUpdateOptions,
} from '@temporalio/client'
import { type CallOptions, call } from './call.ts'

/** What Temporal starts by itself, as an operator sees it. */
export interface ScheduleState {
  /** The workflow's name. */
  readonly name: string
  readonly paused: boolean
  /** Who paused it and why, in words; empty unless somebody said. */
  readonly note: string
  readonly nextAt: Date | null
  readonly lastAt: Date | null
  /** Starts that did not happen, as the one before still ran. */
  readonly skipped: number
  /** Starts that were missed while Temporal was away, too long ago to be made up for. */
  readonly missed: number
}

export interface Schedules {
  /** Makes it, or brings it up to date; one that is paused stays paused. Safe to repeat. */
  apply(definition: WorkflowDefinition, options?: CallOptions): Promise<'created' | 'updated'>
  /** @throws not_found */
  describe(name: string, options?: CallOptions): Promise<ScheduleState>
  /** @throws not_found */
  pause(name: string, note: string, options?: CallOptions): Promise<void>
  /** @throws not_found */
  resume(name: string, note: string, options?: CallOptions): Promise<void>
  /** Starts it once, now, whether it is paused or not. @throws not_found */
  trigger(name: string, options?: CallOptions): Promise<void>
}

/** Schedules of Temporal's, by their workflow's name. Each call throws service_unavailable while Temporal is away. */
export function createSchedules(client: Client): Schedules {
  const handle = (name: string) => client.schedule.getHandle(name)
  const known = async <Answer>(name: string, work: () => Promise<Answer>, options?: CallOptions) =>
    call(
      client,
      async () => {
        try {
          return await work()
        } catch (error) {
          if (error instanceof ScheduleNotFoundError) throw notFound('Schedule', name)
          throw error
        }
      },
      options,
    )
  return {
    apply: (definition, options) => call(client, () => applySchedule(client, definition), options),
    describe: (name, options) => known(name, () => describeSchedule(client, name), options),
    pause: (name, note, options) => known(name, () => handle(name).pause(note), options),
    resume: (name, note, options) => known(name, () => handle(name).unpause(note), options),
    trigger: (name, options) => known(name, () => handle(name).trigger('ALLOW_ALL'), options),
  }
}

async function applySchedule(client: Client, definition: WorkflowDefinition): Promise<'created' | 'updated'> {
  const { name } = definition
  const content = contentOf(definition)
  try {
    await client.schedule.create({ scheduleId: name, ...content })
    return 'created'
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
  }
  await client.schedule.getHandle(name).update(({ state }): ScheduleUpdateOptions => {
    const { paused, note } = state
    return { ...content, state: { paused, ...(note === undefined ? {} : { note }) } }
  })
  return 'updated'
}

/** The tick's own id gets the time of its start from Temporal, so that each tick is one execution. */
function contentOf({ name, type, taskQueue, schedule, executionTimeout }: WorkflowDefinition) {
  if (schedule === undefined) throw new Error(`The workflow ${name} has no schedule`)
  return {
    spec: { intervals: [{ every: schedule.every }] },
    policies: { overlap: 'SKIP', catchupWindow: schedule.catchUp },
    action: {
      type: 'startWorkflow',
      workflowType: type,
      workflowId: `${name}-tick`,
      taskQueue,
      args: [schedule.input],
      workflowExecutionTimeout: executionTimeout,
    },
  } as const satisfies Omit<ScheduleOptions, 'scheduleId'>
}

async function describeSchedule(client: Client, name: string): Promise<ScheduleState> {
  const { state, info } = await client.schedule.getHandle(name).describe()
  return {
    name,
    paused: state.paused,
    note: state.note ?? '',
    nextAt: info.nextActionTimes[0] ?? null,
    lastAt: info.recentActions.at(-1)?.takenAt ?? null,
    skipped: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
  }
}
