/* Everything that exists once per lane count; engine.c includes it for LANES 4 and 1. */
#include "sha256.h"
#include "lms.h"
#include "xmss.h"

#undef NAME
#undef VEC
#undef SPLAT
#undef RAMP
#undef LANE
#undef GATHER
