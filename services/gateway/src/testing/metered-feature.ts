/** A valid request for a feature that counts events; a test says what it is about. */
export function meteredFeatureBody(changes: object = {}, meter: object = {}) {
  return {
    name: 'API calls',
    type: 'metered',
    meter: {
      name: 'calls',
      event_name: 'api_call',
      aggregation: { type: 'COUNT' },
      reset_usage: 'BILLING_PERIOD',
      ...meter,
    },
    ...changes,
  }
}

/** What makes a price a price of the meter's usage. */
export function usageOf(meterId: unknown, changes: object = {}) {
  return { type: 'USAGE', invoice_cadence: 'ARREAR', meter_id: meterId, ...changes }
}
