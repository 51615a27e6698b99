/**
 * Where AWS's Regions are, as [longitude, latitude] in degrees.
 *
 * AWS says in which city or area a Region is ("Regions and Availability Zones",
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html), and not where in it its data
 * centres are. These are the coordinates of that city, or of the middle of that state or country, from Wikipedia's
 * articles about them, rounded to a tenth of a degree: enough for a map of the world, and for nothing else.
 */
export const REGION_PLACES: Readonly<Record<string, readonly [number, number]>> = {
  'af-south-1': [18.4, -33.9],
  'ap-east-1': [114.2, 22.3],
  'ap-east-2': [121.6, 25],
  'ap-northeast-1': [139.7, 35.7],
  'ap-northeast-2': [127, 37.6],
  'ap-northeast-3': [135.5, 34.7],
  'ap-south-1': [72.9, 19.1],
  'ap-south-2': [78.5, 17.4],
  'ap-southeast-1': [103.8, 1.3],
  'ap-southeast-2': [151.2, -33.9],
  'ap-southeast-3': [106.8, -6.2],
  'ap-southeast-4': [145, -37.8],
  'ap-southeast-5': [101.7, 3.1],
  'ap-southeast-6': [174.8, -36.8],
  'ap-southeast-7': [100.5, 13.8],
  'ca-central-1': [-73.6, 45.5],
  'ca-west-1': [-114.1, 51],
  'eu-central-1': [8.7, 50.1],
  'eu-central-2': [8.5, 47.4],
  'eu-north-1': [18.1, 59.3],
  'eu-south-1': [9.2, 45.5],
  'eu-south-2': [-0.9, 41.6],
  'eu-west-1': [-6.3, 53.3],
  'eu-west-2': [-0.1, 51.5],
  'eu-west-3': [2.4, 48.9],
  'il-central-1': [34.8, 32.1],
  'me-central-1': [55.3, 25.2],
  'me-south-1': [50.6, 26.2],
  'mx-central-1': [-100.4, 20.6],
  'sa-east-1': [-46.6, -23.6],
  'us-east-1': [-77.5, 39],
  'us-east-2': [-83, 40],
  'us-west-1': [-121.9, 37.4],
  'us-west-2': [-119.7, 45.8],
};
