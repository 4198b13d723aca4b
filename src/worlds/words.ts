/**
 * The word lists of the world. No word serves two purposes: an alias never names a place or an item, so whatever two
 * problems share on the surface says nothing of the rule they follow.
 */

/** What a problem is about: a place, what one does there, and things to count. */
export interface Topic {
  place: string;
  verb: string;
  items: readonly string[];
}

function topic(place: string, verb: string, items: string): Topic {
  return { place, verb, items: items.split(' ') };
}

export const TOPICS: readonly Topic[] = [
  topic('bakery', 'bakes', 'loaves rolls buns pies tarts'),
  topic('harbour', 'unloads', 'crates barrels nets ropes anchors'),
  topic('orchard', 'picks', 'apples pears plums cherries figs'),
  topic('library', 'sorts', 'novels atlases journals maps poems'),
  topic('workshop', 'repairs', 'clocks radios bicycles kettles chairs'),
  topic('garden', 'plants', 'tulips roses lilies daisies ferns'),
  topic('farm', 'feeds', 'hens goats sheep ducks ponies'),
  topic('museum', 'labels', 'coins vases masks statues paintings'),
  topic('school', 'hands', 'pencils rulers notebooks erasers crayons'),
  topic('kitchen', 'washes', 'plates bowls cups spoons pans'),
  topic('forest', 'spots', 'owls foxes deer hares badgers'),
  topic('studio', 'records', 'songs drums flutes violins guitars'),
  topic('station', 'counts', 'trains trams buses wagons carts'),
  topic('market', 'sells', 'melons onions carrots turnips leeks'),
  topic('beach', 'gathers', 'shells pebbles crabs feathers corals'),
  topic('tailor', 'sews', 'shirts coats scarves gloves hats'),
];

export const NAMES: readonly string[] =
  'Ada Bruno Carla Denis Elif Farid Greta Hugo Ines Jonas Keiko Luca Mira Nadia Oscar Petra'.split(' ');

/** Names of rules: two a rule, matched by a seeded shuffle (rules.ts). */
export const ALIASES: readonly string[] = (
  'lantern copper willow falcon marble thunder velvet compass ember glacier saffron raven anvil meadow cobalt harp ' +
  'tundra bishop pepper quartz sparrow monsoon ivory kestrel maple onyx prairie riddle silver temple umbra vortex ' +
  'walnut zephyr amber beacon canyon dragon eclipse fable garnet hollow indigo jasper knight lagoon mosaic nectar ' +
  'opal pilgrim quiver ribbon sable turret unicorn valley wizard yonder zenith acorn bronze cipher dune echo ' +
  'fjord granite hermit island jungle karma lotus magnet nimbus oasis pyramid quarry rocket scarlet titan ultra ' +
  'violet whisper xenon yarrow zinc arrow badge candle diamond engine fountain gallop'
).split(' ');
