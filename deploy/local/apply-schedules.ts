import { workflows } from '@flexprice/contracts/workflows'
import { createTemporal } from '@flexprice/temporal-client'
import { reasonOf, StepFailure } from './step-failure.ts'

/** What Temporal starts by itself, as `flexprice schedules apply` makes it. */
export async function applySchedules(temporal: {
  readonly address: string
  readonly namespace: string
}): Promise<{ readonly taken: string }> {
  try {
    await using client = createTemporal(temporal)
    const applied: string[] = []
    for (const { definition } of Object.values(workflows)) {
      if (definition.schedule === undefined) continue
      applied.push(`${definition.name} ${await client.schedules.apply(definition)}`)
    }
    return { taken: applied.join(', ') }
  } catch (error) {
    throw new StepFailure('Schedules', reasonOf(error), 'Temporal must answer at TEMPORAL_ADDRESS.')
  }
}
