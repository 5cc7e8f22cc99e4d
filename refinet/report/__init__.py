"Time, quality, the demo"
