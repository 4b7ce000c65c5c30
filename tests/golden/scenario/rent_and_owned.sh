$BERTH run scenarios/hello.json --set price.rent_per_gpu_hour=2 --set price.life=4
