"""Host code: how well an analysis agrees with what its task declares, and with another one."""
