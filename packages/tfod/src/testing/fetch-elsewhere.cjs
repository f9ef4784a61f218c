// Fetches the model at an address into a store, in a process of its own which a test may kill; prints its digest.
require('@swc-node/register');

const { fetchModel } = require('../models/source/fetch-model');
const { thisMachine } = require('../models/source/stored-model');

const [, , url, cacheFolder] = process.argv;
const machine = thisMachine({ TFOD_CACHE_DIR: cacheFolder });
fetchModel({ kind: 'address', url: new URL(url) }, { sha256: undefined, maxBytes: 1e7 }, machine).then(
  ({ savedModel }) => console.log(savedModel),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
