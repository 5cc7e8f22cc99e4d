"Data in, notebooks and weights out"
