import type { GroupResponse, MeterResponse } from '@flexprice/contracts/catalog'
import { groupsById, metersById } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { groupResponse } from '../groups/group-response.ts'
import { meterResponse } from './meter-response.ts'

/** A price or a feature. */
interface Metered {
  readonly meter_id: string | null
  readonly group_id: string | null
}

export interface ExpandedMetering {
  readonly meter?: MeterResponse | undefined
  readonly group?: GroupResponse | undefined
}

const all = new Set(['meters', 'groups'])

/** The meter and the group of each row, as far as they are asked for, read by one query each. */
export async function expandMetering(
  scoped: Scoped,
  rows: readonly Metered[],
  asked: ReadonlySet<string> = all,
): Promise<(row: Metered) => ExpandedMetering> {
  const [meters, groups] = await Promise.all([
    metersById(scoped, asked.has('meters') ? rows.map((row) => row.meter_id) : []),
    groupsById(scoped, asked.has('groups') ? rows.map((row) => row.group_id) : []),
  ])
  return ({ meter_id, group_id }) => {
    const meter = meters.get(meter_id ?? '')
    const group = groups.get(group_id ?? '')
    return { meter: meter && meterResponse(scoped.scope, meter), group: group && groupResponse(group) }
  }
}
