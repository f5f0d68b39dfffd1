import { createFeatureRequest } from '../catalog/feature.ts'
import { createPriceRequest, updatePriceRequest } from '../catalog/price.ts'
import { createCustomerRequest } from '../customers/customer.ts'
import { ingestEventRequest } from '../events/event.ts'
import { createSubscriptionRequest } from '../subscriptions/subscription-create.ts'
import { type RequestColumns, requestColumns } from './request-columns.ts'
import type { CreateTaskRequest } from './task.ts'

/** What the columns of a file of CSV may be, for one kind of record. */
export interface FileColumns {
  /** The fields of its requests. */
  readonly columns: RequestColumns
  /** Without them no row can be right. */
  readonly required: readonly string[]
  /** Other names of columns, and the path that each means. */
  readonly aliases: Readonly<Record<string, string>>
}

/** The record that a row means, which no door takes in its body: rows of files alone have it. */
const ownId = { id: 'text' } as const
/** A plan by the key that people give it, where a file cannot know its id. Ours: rows of files alone have it. */
const planLookupKey = { plan_lookup_key: 'text' } as const
/** In the same way, the feature whose meter a usage price counts by. */
const featureLookupKey = { feature_lookup_key: 'text' } as const

export const fileColumns: Readonly<Record<CreateTaskRequest['entity_type'], FileColumns>> = {
  EVENTS: {
    columns: requestColumns(ingestEventRequest),
    required: ['event_name', 'external_customer_id'],
    aliases: {},
  },
  CUSTOMERS: {
    columns: { ...ownId, ...requestColumns(createCustomerRequest) },
    required: ['external_id'],
    aliases: {},
  },
  FEATURES: {
    columns: { ...ownId, ...requestColumns(createFeatureRequest) },
    required: [],
    // FlexPrice's own files have a feature and its meter in one flat row.
    aliases: {
      meter_name: 'meter.name',
      event_name: 'meter.event_name',
      aggregation_type: 'meter.aggregation.type',
      aggregation_field: 'meter.aggregation.field',
      aggregation_multiplier: 'meter.aggregation.multiplier',
      multiplier: 'meter.aggregation.multiplier',
      bucket_size: 'meter.aggregation.bucket_size',
      group_by: 'meter.aggregation.group_by',
      filters: 'meter.filters',
      reset_usage: 'meter.reset_usage',
    },
  },
  PRICES: {
    // A row for a price that is there may say when its new money begins.
    columns: {
      ...ownId,
      ...requestColumns(createPriceRequest),
      ...requestColumns(updatePriceRequest),
      ...planLookupKey,
      ...featureLookupKey,
    },
    required: [],
    aliases: {
      plan_id: 'entity_id',
      divide_by: 'transform_quantity.divide_by',
      round: 'transform_quantity.round',
    },
  },
  SUBSCRIPTIONS: {
    columns: { ...requestColumns(createSubscriptionRequest), ...planLookupKey },
    required: ['currency', 'billing_period'],
    aliases: {},
  },
}
