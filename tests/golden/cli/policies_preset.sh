$BERTH policies slurm
