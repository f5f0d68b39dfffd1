import { invalid } from '@flexprice/domain'
import { problemsOf } from '../wire/field-problems.ts'
import type { WorkflowContract } from './define-contract.ts'

/** Parses what a workflow is to be started with; throws `validation_error` with each bad field's path. */
export function parseInput(contract: WorkflowContract, input: unknown): unknown {
  const parsed = contract.input.safeParse(input)
  if (!parsed.success) throw invalid(problemsOf(parsed.error))
  return parsed.data
}
