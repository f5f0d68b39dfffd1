/**
 * The plain half of a workflow's definition: importable anywhere, the sandbox too. Its schemas lie in
 * `<name>.schema.ts` beside it, for processes outside the sandbox. Everything that needs to know a
 * workflow (start, worker, result, OpenAPI, CLI, metrics, k8s) reads it from here.
 */
export function defineWorkflow<const Name extends string, const Type extends string>(
  definition: Omit<WorkflowDefinition<Name, Type>, 'taskQueue'>,
): WorkflowDefinition<Name, Type> {
  const taskQueue: `${Type}TaskQueue` = `${definition.type}TaskQueue`
  return Object.freeze({ ...definition, taskQueue })
}

export interface WorkflowDefinition<Name extends string = string, Type extends string = string> {
  /** kebab-case: file, CLI command, metric label, worker folder. */
  readonly name: Name
  /** Temporal's workflow type: the name of the function that its bundle exports. */
  readonly type: Type
  readonly taskQueue: `${Type}TaskQueue`
  /** One line, shown in Temporal's UI and in OpenAPI. */
  readonly summary: string
  /** What it works on, for search attributes: `plan`, `subscription`, `task`. */
  readonly entityType: string
  /** How a second start for the same business key behaves. */
  readonly whenRunning: WhenRunning
  /** Hard limit for one execution, all of its runs; activities bound themselves. */
  readonly executionTimeout: DurationText
  /** 1 (soonest) to 5; Temporal's priority key. */
  readonly priority: 1 | 2 | 3 | 4 | 5
  /**
   * The `operationId` of the call that starts it, or `platform` when no caller may. The operator's command line makes
   * `run <name>` of it: method, path and fields are the operation's. A test finds an operation that does not exist.
   */
  readonly startedBy: string
  /** What Temporal starts by itself, of no tenant; the workflow finds whose work is due. */
  readonly schedule?: WorkflowSchedule
}

export interface WorkflowSchedule {
  readonly every: DurationText
  /** Starts that were missed while Temporal was away are made up for, this far back. */
  readonly catchUp: DurationText
  readonly input: Readonly<Record<string, string>>
}

/** Spelled out, as Temporal's own duration type is `any` under Node's module resolution. */
export type DurationText = `${number} ${'second' | 'minute' | 'hour' | 'day'}${'' | 's'}`

/**
 * `signal`: the running one gets the named signal (signal with start), so the request is not lost.
 * `reuse`: the caller is given the running one. `once`: or the one that has completed, as long as Temporal
 * remembers it; after a failure it runs again. `refuse`: 409.
 */
export type WhenRunning =
  | { readonly policy: 'signal'; readonly signal: string }
  | { readonly policy: 'reuse' }
  | { readonly policy: 'once' }
  | { readonly policy: 'refuse' }
