class InfeasiblePolicy(ValueError): pass
def envelope_conflict(policy, reserve, special, pools): return InfeasiblePolicy("envelope")
def pool_conflict(centres, policy, pool, need, amount, earlier): return InfeasiblePolicy(pool.name)
