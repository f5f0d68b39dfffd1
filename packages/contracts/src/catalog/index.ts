/** Features with their meters, groups and prices. */
export {
  type CreateFeatureRequest,
  createFeatureRequest,
  type FeatureResponse,
  type UpdateFeatureRequest,
  updateFeatureRequest,
} from './feature.ts'
export type { GroupResponse } from './group.ts'
export type { CreateMeterRequest, LineMeter, MeterResponse } from './meter.ts'
export {
  type CreatePriceRequest,
  createPriceRequest,
  type PriceFilter,
  priceTerms,
  type UpdatePriceRequest,
  updatePriceRequest,
} from './price.ts'
export type { LinePrice, PriceResponse } from './price-response.ts'
